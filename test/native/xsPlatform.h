/* The names that XS gives to the C library. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define C_NULL NULL
#define c_memcmp memcmp
#define c_memcpy memcpy
#define c_memset memset
#define c_rand rand
#define c_read8(pointer) (*(const uint8_t*)(pointer))
#define c_strchr strchr
#define c_strlen strlen
