/** The network with the Moddable SDK's own WebSocketClient. */

import WebSocketClient from "../../modules/native/websocketclient.js";
import { provide } from "../network/provide.js";

provide(WebSocketClient);
