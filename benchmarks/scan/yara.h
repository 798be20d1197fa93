/* SPDX-License-Identifier: Apache-2.0 */
/* libyara with the same patterns, as a baseline. */
#ifndef STILE_BENCH_SCAN_YARA_H
#define STILE_BENCH_SCAN_YARA_H

#include "classifiers/rules.h"

/* How many of the rules it takes; 0: it is not here. Kept for the process's life. */
size_t bench_yara_compile(const stile_rules *rules);
void bench_yara_scan(stile_slice text);

#endif
