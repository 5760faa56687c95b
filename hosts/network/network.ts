/** The network with this project's own WebSocketClient. */

import WebSocketClient from "../../modules/rfc6455/websocketclient.js";
import { provide } from "./provide.js";

provide(WebSocketClient);
