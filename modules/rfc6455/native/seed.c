/*
 * Seeds Math.irandom() and Math.random(), which are rand() of C on some platforms: without a seed every run has the same
 * numbers. ../seed.ts documents the function.
 */

#include "xsAll.h"

#if mxLinux
	#include <sys/random.h>
	#include <time.h>
	#include <unistd.h>
#elif PICO_BUILD
	#include "pico/rand.h"
#endif

void xs_seed_seedRandom(txMachine* the)
{
	(void)the;
#if mxLinux
	unsigned int seed = (unsigned int)time(NULL);
	/* Up to 256 bytes arrive whole. A kernel without the call leaves the time. */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
		seed ^= (unsigned int)getpid() << 16;
	c_srand(seed);
#elif mxMacOSX
	c_srand(arc4random());
#elif mxWindows
	c_srand((unsigned int)GetTickCount64() ^ ((unsigned int)GetCurrentProcessId() << 16));
#elif PICO_BUILD
	c_srand(get_rand_32());
#endif
	/* On ESP32 and ESP8266 the numbers come from hardware. */
}
