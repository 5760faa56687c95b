/** The cases of the benchmark for broadcasts. Apart from the others, whose collections would trace its many sockets. */
import { audience, broadcastCases } from "./broadcast.js";
import { makeMessages } from "./messages.js";
import { runCases } from "./run.js";

const messages = makeMessages();
const audiences = [1, 4, 16].map(audience);
runCases(audiences.flatMap((server) => messages.flatMap((message) => broadcastCases(message, server))));
