/** The agent for the Moddable SDK: it also serves the memory in use. */
import "./memory.js";
import "./main.js";
