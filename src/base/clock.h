/* SPDX-License-Identifier: Apache-2.0 */
/* Time that only goes forward, for deadlines and rests; never for what is stored or shown. */
#ifndef STILE_BASE_CLOCK_H
#define STILE_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment in the past. */
uint64_t stile_clock_ms(void);

#endif
