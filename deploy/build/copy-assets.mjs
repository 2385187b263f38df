// Copies what the compiler leaves behind (SQL, WSDL, JSON, proto) beside the compiled files, so that a module
// finds its own assets by `new URL('./x.sql', import.meta.url)` both in the source tree and in dist.
import { chmodSync, cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ASSET = /\.(sql|wsdl|xsd|json|proto|yaml)$/;
for (const top of ['services', 'adapters', 'schemas', 'proto']) {
  for (const entry of readdirSync(top, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !ASSET.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    cpSync(path, join('dist', path));
  }
}
// What `wasl new adapter` writes stays as it is.
rmSync('dist/adapters/scaffold', { recursive: true, force: true });
cpSync('adapters/scaffold', 'dist/adapters/scaffold', { recursive: true });
// npx makes it so once, and not again after it was built anew.
chmodSync('dist/services/cli/main.js', 0o755);
