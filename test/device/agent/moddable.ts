/** The agent as the Moddable SDK builds it: it tells its memory, too. */
import "./memory.js";
import "./main.js";
