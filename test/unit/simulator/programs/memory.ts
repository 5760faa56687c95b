/** Holds as much memory as its configuration says. */

import config from "mc/config";
import Timer from "timer";

const { octets, objects } = config as { octets: number; objects: number };

const held: object[] = [new ArrayBuffer(octets)];
for (let i = 0; i < objects; i++) held.push({});
Timer.repeat(() => trace(`${held.length}\n`), 100_000);
