/** The preloaded module that completes the host's `device.network.ws`: verify() of its servers. */

import { provide } from "../network/provide.js";
import { makeVerifier } from "./verifier.js";

provide({ verify: makeVerifier });
