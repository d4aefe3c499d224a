#include "relay/settings.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace sinetti::relay {

using base::Unexpected;

namespace {

using Apply = std::function<Applied(std::size_t, const std::string& option, const std::string& value)>;

std::string option_of(const SettingName& name)
{
    std::string option = std::string("--") + name.text;
    std::replace(option.begin(), option.end(), '_', '-');
    return option;
}

// One flat object. Nothing else is wanted, so nothing else is built.
class SettingsReader final : public nlohmann::json_sax<nlohmann::json> {
public:
    SettingsReader(std::span<const SettingName> names, const Apply& apply, const std::string& text) : m_names(names), m_apply(apply), m_text(text) {}
    const std::string& mistake() const { return m_mistake; }

    bool null() override { return wrong_kind("null"); }
    bool boolean(bool value) override { return wrong_kind(value ? "true" : "false"); }
    bool number_integer(number_integer_t value) override { return apply(true, std::to_string(value)); }
    bool number_unsigned(number_unsigned_t value) override { return apply(true, std::to_string(value)); }
    bool number_float(number_float_t, const string_t& text) override { return apply(true, text); }
    bool string(string_t& value) override { return apply(false, value); }
    bool binary(binary_t&) override { return false; }
    bool start_array(std::size_t) override { return wrong_kind("a list"); }
    bool end_array() override { return false; }
    bool start_object(std::size_t) override
    {
        if (m_inside) return wrong_kind("an object");
        m_inside = true;
        return true;
    }
    bool end_object() override { return true; }
    bool key(string_t& name) override
    {
        m_index = static_cast<std::size_t>(std::ranges::find_if(m_names, [&](const SettingName& known) { return name == known.text; }) - m_names.begin());
        if (m_index == m_names.size()) return fail("there is no setting \"" + name + "\"");
        if (std::ranges::count(m_seen, m_index) > 0) return fail("\"" + name + "\" is given twice");
        m_seen.push_back(m_index);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override
    {
        const auto before = std::string_view(m_text).substr(0, std::min(position > 0 ? position - 1 : 0, m_text.size()));
        const auto line = std::ranges::count(before, '\n') + 1;
        const auto column = before.size() - (before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1) + 1;
        return fail("line " + std::to_string(line) + ", column " + std::to_string(column) + " is not what JSON wants there");
    }

private:
    bool fail(std::string mistake)
    {
        m_mistake = std::move(mistake);
        return false;
    }
    bool wrong_kind(const std::string& found)
    {
        if (!m_inside) return fail("it has to be one JSON object, { … }");
        return fail(std::string("\"") + m_names[m_index].text + "\" wants a " + (m_names[m_index].is_number ? "number" : "text") + ", not " + found);
    }
    bool apply(bool is_number, const std::string& value)
    {
        if (!m_inside || is_number != m_names[m_index].is_number) return wrong_kind(is_number ? value : "\"" + value + "\"");
        const auto applied = m_apply(m_index, std::string("\"") + m_names[m_index].text + "\"", value);
        return applied ? true : fail(applied.error());
    }

    std::span<const SettingName> m_names;
    const Apply& m_apply;
    const std::string& m_text;
    std::size_t m_index = 0;
    std::vector<std::size_t> m_seen;
    std::string m_mistake;
    bool m_inside = false;
};

Applied read_file(std::span<const SettingName> names, const Apply& apply, const std::string& file)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (error) return Unexpected("cannot read " + file + ": " + error.message());
    if (size > kConfigSizeMax) return Unexpected(file + " is too large for settings");
    std::ifstream stream(file, std::ios::binary);
    std::stringstream contents;
    contents << stream.rdbuf();
    if (!stream) return Unexpected("cannot read " + file);
    const auto text = contents.str();
    SettingsReader reader(names, apply, text);
    const bool whole = nlohmann::json::sax_parse(text, &reader, nlohmann::json::input_format_t::json, true, true);
    if (!whole) return Unexpected(file + ": " + reader.mistake());
    return {};
}

}  // namespace

base::Result<std::uint64_t, std::string> number(const std::string& option, const std::string& text, std::uint64_t limit)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > limit)
        return Unexpected(option + " wants a number up to " + std::to_string(limit) + ", not \"" + text + "\"");
    return value;
}

Applied both_or_neither(const std::string& command, const TlsFiles& tls)
{
    if (tls.certificate.empty() != tls.key.empty()) return Unexpected(command + " wants --tls-certificate and --tls-key together, or neither");
    return {};
}

base::Result<Endpoint, std::string> endpoint(const std::string& option, const std::string& text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) return Unexpected(option + " wants ADDRESS:PORT, not \"" + text + "\"");
    Endpoint place{.address = text.substr(0, colon)};
    if (place.address.starts_with('[') && place.address.ends_with(']')) place.address = place.address.substr(1, place.address.size() - 2);
    place.port = static_cast<std::uint16_t>(TRY(number(option, text.substr(colon + 1), 65535)));
    return place;
}

base::Result<AddressSet, std::string> addresses(const std::string& option, const std::string& text)
{
    auto set = AddressSet::parse(text);
    if (!set) return Unexpected(option + " wants IP addresses or networks with commas between them, or none; not \"" + set.error() + "\"");
    return set;
}

Applied read_settings(std::span<const SettingName> names, const std::string& command, std::span<const std::string> arguments, SettingsFile allowed, const Apply& apply)
{
    std::vector<std::pair<std::size_t, std::string>> given;
    std::string file;
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        const auto& option = arguments[i];
        const auto name = std::ranges::find_if(names, [&](const SettingName& one) { return option == option_of(one); });
        const bool is_file = allowed == SettingsFile::allowed && option == "--config";
        if (name == names.end() && !is_file) return Unexpected("there is no option \"" + option + "\" for " + command);
        if (i + 1 == arguments.size()) return Unexpected(option + " wants a value");
        if (is_file)
            file = arguments[i + 1];
        else
            given.emplace_back(static_cast<std::size_t>(name - names.begin()), arguments[i + 1]);
    }
    if (!file.empty()) TRY(read_file(names, apply, file));
    for (const auto& [index, value] : given) TRY(apply(index, option_of(names[index]), value));
    return {};
}

}  // namespace sinetti::relay
