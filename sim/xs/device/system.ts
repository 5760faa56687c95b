/** Stands for the SDK's `system`, which makes the global `device` of a board; the simulated device starts without one. */
export {};
