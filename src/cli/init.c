/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/ui.h"
#include "plane/plane.h"

static const stile_option options[] = {
    {"data", 0, "DIR", "the data directory to make (or $STILE_DATA)", false},
    {"json", 0, NULL, "print the result as JSON", false},
    {0},
};

static int run(const stile_arguments *arguments)
{
    const char *data = stile_argument(arguments, "data");
    stile_error err = {0};
    json_t *json;
    int code;

    if (!data)
        data = getenv("STILE_DATA");
    if (!data)
        return stile_usage_error(arguments, "which directory? give --data DIR");
    if (stile_plane_init(data, &err))
        return stile_report(&err);
    if (!stile_argument_flag(arguments, "json")) {
        printf("Made %s. Next: stile ingest --data %s --collection NAME --label LABEL PATH...\n",
               data, data);
        return 0;
    }
    json = json_pack("{s:s,s:i}", "data", data, "schema", STILE_SCHEMA_VERSION);
    code = stile_print_json(json);
    json_decref(json);
    return code;
}

const stile_command stile_command_init = {
    .name = "init",
    .summary = "make a data directory",
    .usage = "stile init --data DIR",
    .details = "Makes the directory, an empty store, an audit log with its signing key, and a\n"
               "commented stile.yaml. Nothing is overwritten.\n"
               "\n"
               "Example:\n"
               "  stile init --data ./data\n",
    .options = options,
    .run = run,
};
