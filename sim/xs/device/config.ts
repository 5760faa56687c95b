/** Stand-in for the SDK's `mc/config`: the configuration the simulator was started with. */

import { config } from "./machine.js";

export default config();
