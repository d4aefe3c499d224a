#include "tests/vectors/vector.h"

namespace sinetti::vectors {

Failure Failure::skip(std::string why)
{
    Failure failure(std::move(why));
    failure.skipped = true;
    return failure;
}

Outcome<void> that(bool holds, const std::string& claim)
{
    if (!holds) return fail("not so: " + claim);
    return {};
}

Outcome<void> same(const char* what, ByteView found, ByteView expected)
{
    if (!base::equal(found, expected)) return fail(std::string(what) + " is " + base::to_hex(found) + ", not " + base::to_hex(expected));
    return {};
}

Outcome<void> same(const char* what, std::uint64_t found, std::uint64_t expected)
{
    if (found != expected) return fail(std::string(what) + " is " + std::to_string(found) + ", not " + std::to_string(expected));
    return {};
}

namespace {

Outcome<Bytes> bytes_of(const nlohmann::json& json, const char* name)
{
    if (!json.is_string()) return fail(std::string(name) + " is not a text");
    auto bytes = base::from_hex(json.get_ref<const std::string&>());
    if (!bytes) return fail(std::string(name) + " is not hexadecimal");
    return std::move(*bytes);
}

Outcome<std::uint64_t> number_of(const nlohmann::json& json, const char* name)
{
    if (!json.is_number_unsigned()) return fail(std::string(name) + " is not a number");
    return json.get<std::uint64_t>();
}

Outcome<Vector> object_of(const nlohmann::json& json, const char* name)
{
    if (!json.is_object()) return fail(std::string(name) + " is not an object");
    return Vector(json);
}

}  // namespace

bool Vector::has(const char* name) const
{
    const auto found = m_object->find(name);
    return found != m_object->end() && !found->is_null();
}

Outcome<const nlohmann::json*> Vector::field(const char* name) const
{
    const auto found = m_object->find(name);
    if (found == m_object->end()) return fail(std::string("no field ") + name);
    return &*found;
}

Outcome<const nlohmann::json*> Vector::array(const char* name) const
{
    const auto* json = TRY(field(name));
    if (!json->is_array()) return fail(std::string(name) + " is not a list");
    return json;
}

Outcome<Bytes> Vector::hex(const char* name) const
{
    return bytes_of(*TRY(field(name)), name);
}

Outcome<std::uint64_t> Vector::number(const char* name) const
{
    return number_of(*TRY(field(name)), name);
}

Outcome<std::uint32_t> Vector::number32(const char* name) const
{
    const auto value = TRY(number(name));
    if (value > UINT32_MAX) return fail(std::string(name) + " does not fit 32 bits");
    return static_cast<std::uint32_t>(value);
}

Outcome<std::string> Vector::text(const char* name) const
{
    const auto* json = TRY(field(name));
    if (!json->is_string()) return fail(std::string(name) + " is not a text");
    return json->get<std::string>();
}

Outcome<bool> Vector::flag(const char* name) const
{
    const auto* json = TRY(field(name));
    if (!json->is_boolean()) return fail(std::string(name) + " is neither true nor false");
    return json->get<bool>();
}

Outcome<Vector> Vector::object(const char* name) const
{
    return object_of(*TRY(field(name)), name);
}

Outcome<std::vector<Vector>> Vector::objects(const char* name) const
{
    std::vector<Vector> all;
    for (const auto& json : *TRY(array(name))) all.push_back(TRY(object_of(json, name)));
    return all;
}

Outcome<std::vector<Bytes>> Vector::hex_list(const char* name) const
{
    std::vector<Bytes> all;
    for (const auto& json : *TRY(array(name))) all.push_back(json.is_null() ? Bytes{} : TRY(bytes_of(json, name)));
    return all;
}

Outcome<std::vector<std::optional<std::uint64_t>>> Vector::numbers(const char* name) const
{
    std::vector<std::optional<std::uint64_t>> all;
    for (const auto& json : *TRY(array(name)))
        all.push_back(json.is_null() ? std::nullopt : std::optional(TRY(number_of(json, name))));
    return all;
}

Outcome<std::vector<std::vector<std::uint64_t>>> Vector::number_lists(const char* name) const
{
    std::vector<std::vector<std::uint64_t>> all;
    for (const auto& list : *TRY(array(name))) {
        if (!list.is_array()) return fail(std::string(name) + " is not a list of lists");
        all.emplace_back();
        for (const auto& json : list) all.back().push_back(TRY(number_of(json, name)));
    }
    return all;
}

Outcome<std::vector<std::vector<Vector>>> Vector::object_lists(const char* name) const
{
    std::vector<std::vector<Vector>> all;
    for (const auto& list : *TRY(array(name))) {
        if (!list.is_array()) return fail(std::string(name) + " is not a list of lists");
        all.emplace_back();
        for (const auto& json : list) all.back().push_back(TRY(object_of(json, name)));
    }
    return all;
}

}  // namespace sinetti::vectors
