/* SPDX-License-Identifier: Apache-2.0 */
/* Does this text match, and at what price at most? */
#include "platform/regex.h"

#include <string.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

bool regex_matches(bool *matches, const char *pattern, const char *text, struct err *err)
{
    if (strlen(pattern) > REGEX_PATTERN_MAX || strlen(text) > REGEX_TEXT_MAX) {
        return err_set(err, ERR_LIMIT, "regex: the pattern or the text is too long");
    }
    int code = 0;
    PCRE2_SIZE at = 0;
    pcre2_code *re =
        pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                      PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED | PCRE2_ENDANCHORED, &code, &at, NULL);
    if (!re) {
        return err_set(err, ERR_INPUT, "regex: the pattern is faulty at character %zu", at + 1);
    }
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(re, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    if (!data || !context) {
        err_out_of_memory();
    }
    pcre2_set_match_limit(context, 100000);
    pcre2_set_depth_limit(context, 1000);
    int rc = pcre2_match(re, (PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, 0, data, context);
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
    pcre2_code_free(re);
    if (rc < PCRE2_ERROR_NOMATCH) {
        return err_set(err, ERR_LIMIT, "regex: the pattern costs too much on this text");
    }
    *matches = rc >= 0;
    return true;
}
