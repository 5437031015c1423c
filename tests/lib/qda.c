/* SPDX-License-Identifier: Apache-2.0 */
/* Validates QDA projects with libxml2. */
#include "tests/lib/qda.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include "platform/machine/file.h"

void qda_validates(const struct buf *project)
{
    char path[600];
    const char *shared = shared_dir();
    if (!shared) {
        return;
    }
    snprintf(path, sizeof path, "%s/corpus/refi/Project.xsd", shared);
    struct err err = {0};
    struct buf xsd = {0}; /* read here: no parser of this process opens files */
    OK(file_read(&xsd, path, 1 << 20, &err));
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewMemParserCtxt(xsd.data, (int)xsd.len);
    xmlSchemaPtr schema = xmlSchemaParse(parser);
    assert_non_null(schema);
    xmlSchemaValidCtxtPtr valid = xmlSchemaNewValidCtxt(schema);
    xmlDocPtr document = xmlReadMemory(project->data, (int)project->len, "project.qde", NULL, 0);
    assert_non_null(document);
    assert_int_equal(xmlSchemaValidateDoc(valid, document), 0);
    xmlFreeDoc(document);
    xmlSchemaFreeValidCtxt(valid);
    xmlSchemaFree(schema);
    xmlSchemaFreeParserCtxt(parser);
    buf_fini(&xsd);
}
