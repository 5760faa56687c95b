/** Accepts the connections of a listener. */
import Listener from "embedded:io/socket/listener";
import { BoundedListener } from "../../../../modules/pico/boundedlistener.js";
import type LwipListener from "./listener.js";

const { connections } = Listener as unknown as typeof LwipListener;
const listener = new BoundedListener({});
let accepted = 0;
while (listener.read()) accepted++;
trace(`accepted ${accepted}\n`);
trace(`closed ${connections.filter(({ closed, lost }) => closed && lost).length}\n`);
trace("done\n");
