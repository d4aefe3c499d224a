#include "mls/credential.h"

namespace sinetti::mls {

codec::Result<Credential> Credential::read(codec::Reader& reader)
{
    Credential credential;
    credential.type = static_cast<CredentialType>(TRY(reader.u16()));
    credential.content = TRY(reader.opaque());
    switch (credential.type) {
    case CredentialType::basic: return credential;
    case CredentialType::x509: {
        codec::Reader certificates(credential.content);
        while (!certificates.empty()) TRY(certificates.opaque_view());
        return credential;
    }
    }
    return base::Unexpected(codec::Error::bad_value);
}

void Credential::write(codec::Writer& writer) const
{
    writer.u16(static_cast<std::uint16_t>(type)).opaque(content);
}

}  // namespace sinetti::mls
