/* SPDX-License-Identifier: Apache-2.0 */
/* A data directory that is asked through the table of routes, as the owner or with keys, in one
 * process. */
#ifndef STILE_TESTS_ASKING_H
#define STILE_TESTS_ASKING_H

#include "base/json.h"
#include "plane/plane.h"

typedef struct asking {
    char *folder;
    stile_plane *plane;
} asking;

/* Aborts the test when something fails. `config` is stile.yaml. The shipped rules, no classifier. */
void asking_open(asking *a, const char *config);
void asking_close(asking *a);

/* As the owner (`key` NULL), cleared for everything, or with a key. Takes over `body` (or NULL). The
 * caller decrefs `*reply`, which is NULL after a failure. */
stile_status asking_try(asking *a, const char *key, const char *method, const char *path,
                        json_t *body, json_t **reply);
/* The same for what must succeed. */
json_t *asking_ask(asking *a, const char *key, const char *method, const char *path, json_t *body);

/* A key of that clearance and those scopes. Gives `out`. */
const char *asking_key(asking *a, const char *name, const char *clearance, const char *scopes,
                       char out[128]);
void asking_collection(asking *a, const char *name);
/* Its id is its title too, so that no two documents are alike in every byte. */
void asking_put(asking *a, const char *collection, const char *id, const char *label,
                const char *text);

#endif
