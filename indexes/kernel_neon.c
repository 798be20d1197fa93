/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels for 64-bit ARM, where NEON is always there. */
#include "indexes/kernel.h"

#if defined(__aarch64__)
#include <arm_neon.h>

static void dot_neon(const int16_t *query, const int8_t *codes, size_t dim, size_t rows,
                     int32_t *out)
{
    size_t whole = dim / 16 * 16;

    for (size_t r = 0; r < rows; r++) {
        const int8_t *row = codes + r * dim;
        int32x4_t a = vdupq_n_s32(0), b = a;
        int32_t sum;
        for (size_t i = 0; i < whole; i += 16) {
            int8x16_t code = vld1q_s8(row + i);
            int16x8_t low = vmovl_s8(vget_low_s8(code)), high = vmovl_s8(vget_high_s8(code));
            int16x8_t q = vld1q_s16(query + i), q2 = vld1q_s16(query + i + 8);
            a = vmlal_s16(a, vget_low_s16(low), vget_low_s16(q));
            b = vmlal_s16(b, vget_high_s16(low), vget_high_s16(q));
            a = vmlal_s16(a, vget_low_s16(high), vget_low_s16(q2));
            b = vmlal_s16(b, vget_high_s16(high), vget_high_s16(q2));
        }
        sum = vaddvq_s32(vaddq_s32(a, b));
        for (size_t i = whole; i < dim; i++)
            sum += (int32_t)(query[i] * row[i]);
        out[r] = sum;
    }
}

static void distance_neon(const uint64_t *query, const uint64_t *signs, size_t words, size_t rows,
                          uint16_t *out)
{
    for (size_t r = 0; r < rows; r++) {
        const uint64_t *row = signs + r * words;
        unsigned sum = 0;
        for (size_t i = 0; i < words; i++)
            for (size_t plane = 0; plane < STILE_KERNEL_PLANES; plane++)
                sum += (unsigned)vaddv_u8(vcnt_u8(
                           vcreate_u8(query[(1 + plane) * words + i] & (query[i] ^ row[i]))))
                       << plane;
        out[r] = (uint16_t)sum;
    }
}

size_t stile_kernel_neon(stile_kernel out[STILE_KERNELS_MAX - 1])
{
    out[0] = (stile_kernel){"neon", dot_neon, distance_neon};
    return 1;
}
#else
size_t stile_kernel_neon(stile_kernel out[STILE_KERNELS_MAX - 1])
{
    (void)out;
    return 0;
}
#endif
