#include "blobs/address.h"

#include "codec/writer.h"
#include "crypto/hash.h"

namespace sinetti::blobs {

Address address_of(const UploadKey& upload_key)
{
    codec::Writer writer;
    writer.text("sinetti blob v1").raw(upload_key);
    return crypto::sha256(writer.view());
}

}  // namespace sinetti::blobs
