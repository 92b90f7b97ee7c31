// One Prism for each OpenAPI file, on free ports of this machine: `node serve.cjs NAME=FILE ...`.
// Says where each answers in one line of JSON, then serves until its standard input ends.
const { createLogger } = require('@stoplight/prism-core');
const { getHttpOperationsFromSpec } = require('@stoplight/prism-http');
const { createServer } = require('@stoplight/prism-http-server');

const logger = createLogger('prism', { level: 'silent' });
const config = {
  isProxy: false,
  checkSecurity: true,
  validateRequest: true,
  validateResponse: true,
  errors: false, // an example of its own that breaks its own rules is answered all the same
  upstreamProxy: undefined,
  mock: { dynamic: false },
};

async function served(file) {
  const operations = await getHttpOperationsFromSpec(file);
  const server = createServer(operations, { cors: false, config, components: { logger } });
  return server.listen(0, '127.0.0.1');
}

(async () => {
  const addresses = {};
  for (const word of process.argv.slice(2)) {
    const [name, file] = word.split(/=(.*)/s);
    addresses[name] = await served(file);
  }
  console.log(JSON.stringify(addresses));
  process.stdin.on('end', () => process.exit(0)).resume();
})();
