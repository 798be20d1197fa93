/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/reply.h"

#include <string.h>

#include "base/json.h"

static stile_status strange(stile_error *err, const char *what)
{
    return stile_fail(err, STILE_UNAVAILABLE, "judge: %s", what);
}

/* A comparison with what is not a number is false, so that is refused too. */
static bool read_score(const json_t *json, double *out)
{
    double score = json_number_value(json);

    if (!json_is_number(json) || !(score >= 0 && score <= 1))
        return false;
    *out = score;
    return true;
}

stile_status stile_judge_reply_plain(stile_slice reply, size_t count, double *scores,
                                     stile_error *err)
{
    json_t *json = NULL;
    const json_t *list;
    stile_status st = STILE_OK;

    if (stile_json_parse(reply, "judge", &json, NULL))
        return strange(err, "the reply is not JSON");
    list = json_object_get(json, "scores");
    if (!json_is_array(list) || json_array_size(list) != count)
        st = strange(err, "the reply does not judge each text");
    for (size_t i = 0; !st && i < count; i++)
        if (!read_score(json_array_get(list, i), &scores[i]))
            st = strange(err, "a score that is not from 0 to 1");
    json_decref(json);
    return st;
}

static stile_status read_labels(const json_t *labels, const char *label, double *score,
                                stile_error *err)
{
    size_t found = 0;

    for (size_t i = 0; i < json_array_size(labels); i++) {
        const json_t *one = json_array_get(labels, i);
        const char *name = json_string_value(json_object_get(one, "label"));
        if (!name || strcmp(name, label) != 0)
            continue;
        if (!read_score(json_object_get(one, "score"), score))
            return strange(err, "a score that is not from 0 to 1");
        found++;
    }
    return found == 1 ? STILE_OK : strange(err, "the configured label is not in the reply once");
}

stile_status stile_judge_reply_tei(stile_slice reply, const char *label, size_t count,
                                   double *scores, stile_error *err)
{
    json_t *json = NULL;
    stile_status st = STILE_OK;

    if (stile_json_parse(reply, "judge", &json, NULL))
        return strange(err, "the reply is not JSON");
    if (!json_is_array(json) || json_array_size(json) != count)
        st = strange(err, "the reply does not judge each text");
    for (size_t i = 0; !st && i < count; i++)
        st = read_labels(json_array_get(json, i), label, &scores[i], err);
    json_decref(json);
    return st;
}
