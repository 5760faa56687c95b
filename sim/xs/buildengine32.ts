/** Compiles the XS engine for 32 bits: `npm run build:engine32`. */

import { runCommand } from "../commandline.js";
import { buildEngine32 } from "./build32.js";
import { bitsVariable } from "./engine.js";

const usage = `Usage: npm run build:engine32

Compiles the XS engine from npm for 32 bits, once, into node_modules/.cache. Then ${bitsVariable}=32 runs device
programs on it: a slot takes 16 bytes, as on a device. The C compiler must support that (Debian on a PC: sudo
apt-get install gcc-multilib).

  --help        show this text`;

await runCommand(usage, {}, async () => {
	console.log(await buildEngine32());
	return 0;
});
