// Tells an adapter what plain_document.hpp read.
#include "broker/xml/plain_document.hpp"
#include "broker/xml/reader.hpp"

namespace budstikke::xml {

void tell(const PlainDocument& document, Handler& handler) {
    const auto text = [](const Name* name) {
        return name == nullptr ? std::string_view{} : name->text;
    };
    const auto* const raw = document.raw().data();
    for (const auto& event : document.events()) {
        switch (event.kind) {
            case PlainEvent::Kind::start: {
                const auto* const declared = raw + event.raw;
                handler.start({
                    .xml_namespace = text(event.xml_namespace),
                    .prefix = text(event.prefix),
                    .name = text(event.name),
                    .attributes = Attributes(declared + 2 * event.declarations, event.attributes),
                    .declarations = Declarations(declared, event.declarations),
                    .line = event.line,
                });
                break;
            }
            case PlainEvent::Kind::text:
                handler.text(event.text);
                break;
            case PlainEvent::Kind::end:
                handler.end();
                break;
        }
    }
}

}  // namespace budstikke::xml
