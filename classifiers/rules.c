/* SPDX-License-Identifier: Apache-2.0 */
/* Loading: each pack is read; then combinations are resolved over all packs and every pattern is
 * compiled. */
#include "classifiers/rules.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "classifiers/rules_read.h"

static stile_status read_file(stile_rules_loader *l, const char *folder, const char *name,
                              stile_buf *all)
{
    char path[PATH_MAX];
    size_t before = all->len;
    stile_slice copy;
    stile_status st = stile_arena_copy(&l->rules->arena, stile_str(name), &copy, l->err);

    if (st)
        return st;
    l->file = copy.ptr;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    if ((st = stile_file_read(path, all, l->err)))
        return st;
    return stile_rules_read(l,
                            stile_slice_of(all->ptr ? all->ptr + before : NULL, all->len - before));
}

static stile_status compile(const stile_rules_loader *l, const stile_rule *r, stile_slice text,
                            stile_pattern **out)
{
    stile_error why = {0};
    stile_status st = text.len ? stile_pattern_compile(text, out, &why) : STILE_OK;

    if (st == STILE_NO_MEMORY)
        return stile_rules_no_memory(l);
    return st ? stile_rules_fault(l, (size_t)r->line, r->id, why.text) : STILE_OK;
}

static stile_status resolve(stile_rules_loader *l, stile_rule_draft *d)
{
    stile_rule *r = &d->rule;
    stile_status st;

    l->file = r->file;
    for (size_t n = 0; n < r->near_count; n++) {
        size_t i = 0;
        while (i < l->count && !stile_slice_eq(stile_str(l->drafts[i].rule.id), d->near_names[n]))
            i++;
        if (i == l->count || (i >= l->shipped && l->drafts[i].rule.file != r->file))
            return stile_rules_fault(l, (size_t)r->line, r->id,
                                     "near: names a rule that is not there");
        if (l->drafts[i].rule.near_count)
            return stile_rules_fault(l, (size_t)r->line, r->id, "near: names another combination");
        r->near[n] = (uint32_t)i;
    }
    if ((st = compile(l, r, r->pattern_text, &r->pattern)))
        return st;
    return compile(l, r, d->not_text, &r->cancel);
}

static int is_pack(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".yaml") == 0;
}

static stile_status read_folder(stile_rules_loader *l, const char *folder, stile_buf *all)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_pack, alphasort);
    stile_status st = STILE_OK;

    if (count < 0)
        return stile_fail(l->err, STILE_NOT_FOUND, "%s: no such folder of rule packs", folder);
    if (count == 0)
        st = stile_fail(l->err, STILE_NOT_FOUND, "%s: no rule packs (*.yaml) in it", folder);
    for (int i = 0; i < count; i++) {
        if (!st)
            st = read_file(l, folder, entries[i]->d_name, all);
        free(entries[i]);
    }
    free(entries);
    return st;
}

static bool is_of(const char *id, const char *pack)
{
    size_t len = strlen(pack);
    return strncmp(id, pack, len) == 0 && id[len] == '.' && id[len + 1];
}

/* "NAME." opens the id of each rule of the pack, and of no shipped rule: the next release may ship
 * more under its prefixes. */
static stile_status check_ids(stile_rules_loader *l, size_t first)
{
    for (size_t i = 0; i < l->shipped; i++)
        if (is_of(l->drafts[i].rule.id, l->file))
            return stile_rules_fault(l, 1, NULL,
                                     "shipped rules have ids that begin with this "
                                     "pack's name; give it another");
    for (size_t i = first; i < l->count; i++) {
        const stile_rule *r = &l->drafts[i].rule;
        if (!is_of(r->id, l->file))
            return stile_rules_fault(l, (size_t)r->line, r->id,
                                     "the id must begin with the pack's name and a dot");
    }
    return STILE_OK;
}

static stile_status read_pack(stile_rules_loader *l, const stile_rules_pack *pack, stile_buf *all)
{
    stile_slice name;
    size_t first = l->count;
    stile_status st = stile_arena_copy(&l->rules->arena, stile_str(pack->name), &name, l->err);

    if (st)
        return st;
    l->file = name.ptr;
    stile_buf_add_block(all, name);
    stile_buf_add_block(all, pack->text);
    if ((st = stile_buf_ok(all, l->err)) || (st = stile_rules_read(l, pack->text)))
        return st;
    return check_ids(l, first);
}

static stile_status read_all(stile_rules_loader *l, const char *folder,
                             const stile_rules_pack *packs, size_t count, stile_buf *all)
{
    stile_status st = read_folder(l, folder, all);

    l->shipped = l->count;
    for (size_t i = 0; !st && i < count; i++)
        st = read_pack(l, &packs[i], all);
    return st;
}

static stile_status list_combinations(stile_rules_loader *l)
{
    stile_rules *r = l->rules;

    if (!(r->combinations = stile_arena_array(&r->arena, r->count, sizeof *r->combinations)))
        return stile_rules_no_memory(l);
    for (uint32_t i = 0; i < r->count; i++)
        if (r->rules[i].near_count)
            r->combinations[r->combination_count++] = i;
    return STILE_OK;
}

stile_status stile_rules_load(const char *folder, stile_rules *out, stile_error *err)
{
    return stile_rules_load_with(folder, NULL, 0, out, err);
}

stile_status stile_rules_load_with(const char *folder, const stile_rules_pack *packs, size_t count,
                                   stile_rules *out, stile_error *err)
{
    stile_rules rules = {0};
    stile_rules_loader l = {.rules = &rules, .file = folder, .err = err};
    stile_buf all;
    stile_status st;

    stile_arena_init(&rules.arena, 0);
    stile_buf_init(&all, STILE_MAX_PACK);
    if (!(l.drafts = stile_alloc_array(STILE_MAX_RULES + 1, sizeof *l.drafts)))
        st = stile_rules_no_memory(&l);
    else if (!(st = read_all(&l, folder, packs, count, &all)) &&
             !(rules.rules = stile_arena_array(&rules.arena, l.count, sizeof *rules.rules)))
        st = stile_rules_no_memory(&l);
    for (size_t i = 0; !st && i < l.count; i++) {
        st = resolve(&l, &l.drafts[i]);
        rules.rules[i] = l.drafts[i].rule; /* also after a failure: release frees its patterns */
        rules.count = i + 1;
    }
    if (!st && !(st = list_combinations(&l)))
        st = stile_sha256_of(stile_buf_slice(&all), &rules.digest, err);
    stile_free(l.drafts);
    stile_buf_release(&all);
    if (st) {
        stile_rules_release(&rules);
        return st;
    }
    *out = rules;
    return STILE_OK;
}

void stile_rules_release(stile_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        stile_pattern_destroy(rules->rules[i].pattern);
        stile_pattern_destroy(rules->rules[i].cancel);
    }
    stile_arena_release(&rules->arena);
    *rules = (stile_rules){0};
}
