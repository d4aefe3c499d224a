#include "relay/store.h"

namespace sinetti::relay {

wire::Refusal refusal_of(StoreError error)
{
    switch (error) {
    case StoreError::full: return wire::Refusal::storage_full;
    case StoreError::unavailable: return wire::Refusal::overloaded;
    case StoreError::broken:
    case StoreError::newer: break;
    }
    return wire::Refusal::internal;
}

}  // namespace sinetti::relay
