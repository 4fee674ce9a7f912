/* tensors_impl.h -- the inside of tk_tensors. */
#ifndef TALIK_IO_TENSORS_IMPL_H
#define TALIK_IO_TENSORS_IMPL_H

#include <jansson.h>

#include "talik/core/sha256.h"
#include "talik/io/tensors.h"

#define TENSORS_METADATA "__metadata__"

struct tk_tensors {
    char *path, *owned;        /* owned: the file's bytes, or NULL    */
    const unsigned char *data; /* behind the header                   */
    size_t size;               /* of data                             */
    tk_tensors_item *item;     /* [n], by data                        */
    size_t n;
    json_t *header;
    char sha256[TK_SHA256_TEXT];
};

size_t tk_tensors_width(tk_tensors_type type); /* bytes of an element */

#endif
