/* SPDX-License-Identifier: Apache-2.0 */
#define STILE_LANES_PORTABLE
#include "lanes.c" // NOLINT(bugprone-suspicious-include): the same tests of the other code
