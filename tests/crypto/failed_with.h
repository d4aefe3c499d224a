#pragma once

#include "crypto/error.h"

namespace sinetti::crypto {

template<typename T>
bool failed_with(const Result<T>& result, Error error)
{
    return !result.has_value() && result.error() == error;
}

}  // namespace sinetti::crypto
