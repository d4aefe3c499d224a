#pragma once
// The app's files, read once at start: a request's path is a key into this table and never touches the file system.

#include "base/bytes.h"
#include "base/result.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sinetti::relay {

struct StaticFile {
    std::string content_type;
    std::string etag;                    // quoted
    std::string bytes;
    std::optional<std::string> brotli;   // the same, compressed
    std::string brotli_etag;
};

class StaticFiles {
public:
    StaticFiles() = default;

    // Every regular file below `directory`; "name.br" becomes the compressed form of "name". Error: a sentence.
    static base::Result<StaticFiles, std::string> load(const std::filesystem::path& directory);

    // `target` as in the request line; a query is ignored, "/" is "/index.html". nullptr when there is no such file.
    const StaticFile* find(std::string_view target) const;

private:
    std::map<std::string, StaticFile, std::less<>> m_files;   // by path, with the leading slash
};

}  // namespace sinetti::relay
