/** Stand-in for the SDK's `mc/config`: the configuration that was passed to the simulator. */

import { config } from "./machine.js";

export default config();
