// Prints labels as a 203 dpi printer would: `node render.mjs LABEL.zpl ...` writes LABEL.zpl.png beside each.
import { readFileSync, writeFileSync } from 'node:fs';
import { ready } from 'zpl-renderer-js';

const { api } = await ready;
for (const file of process.argv.slice(2)) {
  const picture = await api.zplToBase64Async(readFileSync(file, 'utf8'), 101.6, 148, 8);
  writeFileSync(`${file}.png`, Buffer.from(picture, 'base64'));
}
process.exit(0); // the library's program keeps running otherwise
