// What the official parser says about an AsyncAPI document, as JSON: `node check.mjs FILE`.
// Severities: 0 error, 1 warning, 2 information, 3 hint.
import { readFileSync } from 'node:fs';
import parser from '@asyncapi/parser';

const { document, diagnostics } = await new parser.Parser().parse(readFileSync(process.argv[2], 'utf8'));
const said = diagnostics.map(({ severity, code, message, path }) => ({ severity, code, message, path }));
const heard = document && {
  version: document.version(),
  channels: document.channels().all().map((channel) => channel.address()),
  messages: document.components().messages().all().map((message) => message.name()),
  operations: document.operations().all().map((operation) => operation.id()),
};
console.log(JSON.stringify({ diagnostics: said, document: heard ?? null }));
