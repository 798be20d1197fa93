/* SPDX-License-Identifier: Apache-2.0 */
/* A small log in a temporary folder, for the audit's tests. */
#ifndef STILE_TESTS_AUDIT_SUPPORT_H
#define STILE_TESTS_AUDIT_SUPPORT_H

#include <criterion/criterion.h>
#include <stdio.h>

#include "audit/writer.h"
#include "stile/audit.h"
#include "support/folder.h"
#include "support/random.h"

/* Small files and few records between checkpoints, so that short tests rotate and sign. */
static const stile_audit_options small_options = {
    .hooks = &stile_audit_system_hooks, .file_bytes = 8192, .checkpoint_every = 5};

static inline stile_status append_number(stile_audit *audit, unsigned n, stile_receipt *out)
{
    stile_error err = {0};
    char body[64];

    snprintf(body, sizeof body, "{\"n\":%u,\"who\":\"ann\"}", n);
    return stile_audit_append(audit, "retrieve", stile_str(body), out, &err);
}

static inline void fill_log(const char *folder, unsigned records)
{
    stile_audit *audit = NULL;
    stile_error err = {0};
    stile_receipt receipt;

    cr_assert_eq(stile_audit_open_with(folder, &small_options, &audit, &err), STILE_OK, "%s",
                 err.text);
    for (unsigned i = 0; i < records; i++)
        cr_assert_eq(append_number(audit, i, &receipt), STILE_OK);
    stile_audit_close(audit);
}

static inline stile_audit_report verified(const char *folder)
{
    stile_audit_report report = {0};
    stile_error err = {0};

    cr_assert_eq(stile_audit_verify(folder, &report, &err), STILE_OK, "%s", err.text);
    return report;
}

#endif
