/** Allocates the configured amount of memory. */

import config from "mc/config";
import Timer from "timer";

const { bytes, objects } = config as { bytes: number; objects: number };

const held: object[] = [new ArrayBuffer(bytes)];
for (let i = 0; i < objects; i++) held.push({});
Timer.repeat(() => trace(`${held.length}\n`), 100_000);
