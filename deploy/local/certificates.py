"""Certificates made on the spot: an authority for one stack, and what it vouches for.

For a stack on one machine only. A cluster that matters has an authority of its own, and rotates.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.local.processes import LOOPBACK

DAYS = 30


@dataclass(frozen=True)
class Authority:
    """Signs certificates for servers on loopback. Its key lies beside its certificate."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls, name: str = "Retour local authority") -> Self:
        """One that nobody knows yet."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        made = (
            _begun(name, _name(name), key, datetime.now(UTC), timedelta(days=DAYS))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
        )
        return cls(made.sign(key, hashes.SHA256()), key)

    @classmethod
    def kept(cls, folder: Path) -> Self:
        """The one in this folder; made, if there is none."""
        certificate, key = folder / "ca.pem", folder / "ca.key"
        if not key.exists():
            made = cls.new()
            written(key, _private(made.key))
            written(certificate, made.pem)
        loaded = serialization.load_pem_private_key(key.read_bytes(), None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)  # noqa: S101  # we wrote it
        return cls(x509.load_pem_x509_certificate(certificate.read_bytes()), loaded)

    @property
    def pem(self) -> bytes:
        """Its certificate: what clients believe."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def vouch(
        self,
        name: str,
        host: str = LOOPBACK,
        begins: datetime | None = None,
        lasts: timedelta = timedelta(days=DAYS),
    ) -> bytes:
        """Certificate and key (PEM) of a server that answers at this host, and nowhere else."""
        key = ec.generate_private_key(ec.SECP256R1())
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        authority = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        made = (
            _begun(name, self.certificate.subject, key, begins or datetime.now(UTC), lasts)
            .add_extension(x509.SubjectAlternativeName([_host(host)]), critical=False)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority),
                critical=False,
            )
            .sign(self.key, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM) + self.pem + _private(key)


def written(path: Path, content: bytes) -> Path:
    """The file holds this, and only its owner reads it."""
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path


def _begun(
    name: str,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    begins: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins - timedelta(minutes=5))  # clocks differ
        .not_valid_after(begins + lasts)
        .add_extension(identifier, critical=False)
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
