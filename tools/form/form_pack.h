/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_PACK_H
#define TOOLS_FORM_FORM_PACK_H
/* form_pack: what a form's package holds: the XForm, its external lists, images and sounds. */
#include "platform/custody/package.h"
#include "tools/form/form_source.h"

enum { FORM_PACK_FILES = 512 };

struct form_pack {
    struct arena arena;
    struct buf xml;
    struct form *form;
    struct package_file files[FORM_PACK_FILES]; /* [0] is form.xml; they live in the arena */
    size_t count;
};
/* Reads the form and the files that it names, from its folder.  A missing image or sound is a
 * warning on stderr.  ERR_INPUT if the form cannot be used on a device; `root` (may be NULL) is
 * the name of the instance's root element.  Call form_pack_fini in any case. */
MUST_CHECK bool form_pack_read(struct form_pack *p, const char *file, const char *root,
                               struct err *err);
void form_pack_fini(struct form_pack *p);

/* Warns on stderr about external lists that are missing or cannot be read. */
void form_pack_check(const struct form *form, struct form_source_env *desk, struct arena *arena);

#endif
