/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H
/*
 * fuzz: one entry for libFuzzer (make fuzz) and, in the other flavours, a main that runs the seeds
 * given as arguments, so that the corpus is part of make test.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/file.h"
#include "platform/machine/secret.h"
#include "platform/machine/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    xml_setup();
    return secret_setup(NULL) ? 0 : 1;
}

#if !defined(__clang__)
int main(int argc, char **argv)
{
    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        struct buf bytes = {0};
        if (file_read(&bytes, argv[i], 64 << 20, NULL)) {
            uint8_t *copy = malloc(bytes.len + 1);
            memcpy(copy, bytes.data, bytes.len);
            LLVMFuzzerTestOneInput(copy, bytes.len);
            for (size_t cut = 1; cut < bytes.len; cut += bytes.len / 16 + 1) {
                LLVMFuzzerTestOneInput(copy, cut);
            }
            free(copy);
        }
        buf_fini(&bytes);
    }
    return 0;
}
#endif
#endif
