/** Stand-in for the SDK's `system`, which creates the global `device`; the simulated device starts without it. */
export {};
