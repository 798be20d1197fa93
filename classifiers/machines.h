/* SPDX-License-Identifier: Apache-2.0 */
/* Words for a machine that reads: assistants, models, agents, in some forty languages. What stands beside one tells
 * whether a text speaks of it or to it. Thread-safe. */
#ifndef STILE_CLASSIFIERS_MACHINES_H
#define STILE_CLASSIFIERS_MACHINES_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the word with that hash is one, or ends one that the word before begins (stile_word.hash; 0: none). */
bool stile_is_machine(uint32_t hash, uint32_t before);

#endif
