#pragma once
// encode([&](auto& writer) { … }): the bytes a writer collects; encode_secret() when they hold secrets.

#include "codec/writer.h"

namespace sinetti::mls {

template<typename F>
base::Bytes encode(F&& write)
{
    codec::Writer writer;
    write(writer);
    return std::move(writer).take();
}

template<typename F>
base::SecretBytes encode_secret(F&& write)
{
    codec::SecretWriter writer;
    write(writer);
    return std::move(writer).take();
}

}  // namespace sinetti::mls
