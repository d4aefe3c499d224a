#pragma once
// One message in bytes: in the store, and in the archive.

#include "api/types.h"
#include "codec/reader.h"
#include "codec/writer.h"

namespace sinetti::chat {

void write_message(codec::SecretWriter& writer, const api::Message& message);
codec::Result<api::Message> read_message(codec::Reader& reader);

}  // namespace sinetti::chat
