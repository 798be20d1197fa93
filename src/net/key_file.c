/* SPDX-License-Identifier: Apache-2.0 */
#include "net/key_file.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "stile/buf.h"

#define MAX_KEY 8192

stile_status stile_key_read(const char *path, const char *what, char **out, stile_error *err)
{
    stile_buf bytes;
    stile_slice key;
    stile_status st;

    stile_buf_init(&bytes, MAX_KEY);
    st = stile_file_read(path, &bytes, err);
    key = stile_buf_slice(&bytes);
    while (key.len && (unsigned char)key.ptr[key.len - 1] <= ' ')
        key.len--;
    while (key.len && (unsigned char)*key.ptr <= ' ')
        key = stile_slice_cut(key, 1, key.len);
    if (!st && key.len == 0)
        st = stile_fail(err, STILE_INVALID, "%s: %s holds no key", what, path);
    if (!st && !(*out = stile_strndup(key.ptr, key.len)))
        st = stile_fail(err, STILE_NO_MEMORY, "%s: out of memory", what);
    if (bytes.ptr)
        stile_secret_wipe(bytes.ptr, bytes.len);
    stile_buf_release(&bytes);
    return st;
}

void stile_key_forget(char *key)
{
    if (key)
        stile_secret_wipe(key, strlen(key));
    stile_free(key);
}
