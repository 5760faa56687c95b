/** The preloaded module that makes our WebSocketClient `device.network.ws.io`. */

import { provide } from "../network/provide.js";
import WebSocketClient from "./websocketclient.js";

provide({ io: WebSocketClient });
