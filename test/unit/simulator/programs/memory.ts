/** Holds as much memory as its configuration says. */

import config from "mc/config";

const { octets, objects } = config as { octets: number; objects: number };

export const held: object[] = [new ArrayBuffer(octets)];
for (let i = 0; i < objects; i++) held.push({});
