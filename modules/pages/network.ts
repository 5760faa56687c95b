/** The preloaded module that completes the host's `device.network.ws`: pages for its servers. */

// Must be first: it completes device.network.ws, which is extended here.
import "../network/network.js";
import { provide } from "../network/provide.js";
import { makePages } from "./pages.js";

provide({ pages: makePages });
