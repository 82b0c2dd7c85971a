package dev.adit.cli.inspect;

import dev.adit.pci.Bar;
import dev.adit.pci.Capability;
import dev.adit.pci.ConfigSpace;
import dev.adit.pci.Finding;
import dev.adit.pci.Origin;
import dev.adit.pci.PciAddress;
import dev.adit.pci.RequesterIds;
import dev.adit.pci.SeenFunction;
import dev.adit.pci.Sighting;
import dev.adit.pci.SiovSupport;
import dev.adit.pci.Surroundings;
import dev.adit.pci.spec.CapabilityKey;
import dev.adit.pci.spec.CapabilityKey.Space;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Format;
import dev.adit.pci.spec.Header;
import dev.adit.pci.spec.Register;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/** JSON, one document or one a line for each function; docs/reference/inspect-json.md tells. */
final class InspectJson implements InspectPrinter {
  static final String SCHEMA = "adit.inspect/1";
  static final String LINE_SCHEMA = "adit.inspect.function/1";

  private final JsonGenerator json;
  private final InspectNames names;
  private final boolean lines;
  private boolean written;

  private InspectJson(JsonGenerator json, InspectNames names, boolean lines) {
    this.json = json;
    this.names = names;
    this.lines = lines;
  }

  /** {@return a printer of one document} */
  static InspectJson document(JsonGenerator json, InspectNames names) {
    json.writeStartObject();
    json.writeStringProperty("schema", SCHEMA);
    json.writeArrayPropertyStart("sources");
    return new InspectJson(json, names, false);
  }

  /** {@return a printer of one document a line} */
  static InspectJson lines(JsonGenerator json, InspectNames names) {
    return new InspectJson(json, names, true);
  }

  static String text(Sighting sighting) {
    return switch (sighting) {
      case PRESENT -> "present";
      case ABSENT -> "absent";
      case HIDDEN -> "hidden";
    };
  }

  @Override
  public void source(String name, List<SeenFunction> functions, boolean titled) {
    if (lines) {
      functions.forEach(function -> line(name, () -> function(function)));
      return;
    }
    json.writeStartObject();
    json.writeStringProperty("source", name);
    json.writeArrayPropertyStart("functions");
    for (SeenFunction function : functions) {
      json.writeStartObject();
      function(function);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  @Override
  public void broken(String name, String reason) {
    if (lines) {
      line(name, () -> json.writeStringProperty("error", reason));
      return;
    }
    json.writeStartObject();
    json.writeStringProperty("source", name);
    json.writeStringProperty("error", reason);
    json.writeEndObject();
  }

  private void line(String source, Runnable content) {
    json.writeStartObject();
    json.writeStringProperty("schema", LINE_SCHEMA);
    json.writeStringProperty("source", source);
    content.run();
    json.writeEndObject();
    written = true;
  }

  @Override
  public void end() {
    if (!lines) {
      json.writeEndArray();
      json.writeEndObject();
    }
    if (!lines || written) {
      json.writeRaw('\n');
    }
    json.close();
  }

  private void function(SeenFunction function) {
    json.writeStringProperty("address", function.address().toString());
    boolean numbered = !function.config().told() || function.vendor() != 0xffff;
    if (numbered) {
      hex("vendor", function.vendor(), 4);
      hex("device", function.device(), 4);
    }
    ConfigSpace config = function.config();
    if (function.classKnown()) {
      hex("class", function.classId(), 4);
    }
    if (config.visible(Header.PROGRAMMING_INTERFACE, 0)) {
      hex("progIf", config.header(Header.PROGRAMMING_INTERFACE), 2);
    }
    if (config.visible(Header.REVISION_ID, 0)) {
      hex("revision", config.header(Header.REVISION_ID), 2);
    }
    if (config.visible(Header.HEADER_TYPE, 0)) {
      json.writeNumberProperty("headerType", function.headerType());
    }
    if (names.numbers() != 1) {
      json.writeStringProperty("className", names.deviceClass(function));
      json.writeStringProperty("name", names.device(function));
    }
    json.writeNumberProperty("visibleBytes", function.config().size());
    readFrom(function.origin());
    surroundings(function.surroundings());
    siov(SiovSupport.of(function));
    registers(function.config(), function.headerFields(), 0);
    lines(function.origin(), function.headerFields(), 0);
    json.writeArrayPropertyStart("bars");
    function.bars().forEach(this::bar);
    json.writeEndArray();
    json.writeArrayPropertyStart("capabilities");
    function.capabilities().capabilities().forEach(found -> capability(function, found));
    json.writeEndArray();
    json.writeObjectPropertyStart("walkedToTheEnd");
    json.writeBooleanProperty("standard", function.capabilities().standardVisible());
    json.writeBooleanProperty("extended", function.capabilities().extendedVisible());
    json.writeEndObject();
    json.writeArrayPropertyStart("problems");
    function.capabilities().problems().forEach(json::writeString);
    json.writeEndArray();
  }

  /** In which line of a file a function begins, and where what the kernel says about it is. */
  private void readFrom(Origin origin) {
    if (origin.kind() == Origin.Kind.ELSEWHERE) {
      return;
    }
    json.writeObjectPropertyStart("readFrom");
    json.writeStringProperty("kind", origin.kind().name().toLowerCase(Locale.ROOT));
    json.writeNumberProperty("line", origin.line());
    origin.facts().forEach(json::writeNumberProperty);
    json.writeEndObject();
  }

  /** In which line of a file each register was read. */
  private void lines(Origin origin, List<Field> fields, int base) {
    if (origin.kind() == Origin.Kind.ELSEWHERE || fields.isEmpty()) {
      return;
    }
    json.writeObjectPropertyStart("lines");
    Register register = null;
    for (Field field : fields) {
      if (!field.register().equals(register)) {
        register = field.register();
        int line = origin.lineOf(base + register.offset());
        json.writeNumberProperty(register.name(), line);
      }
    }
    json.writeEndObject();
  }

  private void surroundings(Surroundings around) {
    around.driver().ifPresent(driver -> json.writeStringProperty("driver", driver));
    around.iommuGroup().ifPresent(group -> json.writeNumberProperty("iommuGroup", group));
    around.numaNode().ifPresent(node -> json.writeNumberProperty("numaNode", node));
    around
        .physicalFunction()
        .ifPresent(pf -> json.writeStringProperty("physicalFunction", pf.toString()));
  }

  private void siov(SiovSupport support) {
    json.writeObjectPropertyStart("siov");
    json.writeStringProperty("generation1", text(support.dvsec()));
    json.writeStringProperty("ims", text(support.ims()));
    json.writeStringProperty("generation2", text(support.siov()));
    json.writeArrayPropertyStart("findings");
    for (Finding finding : support.findings()) {
      json.writeStartObject();
      json.writeStringProperty("rule", finding.rule());
      json.writeStringProperty("text", finding.text());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void bar(Bar bar) {
    json.writeStartObject();
    json.writeNumberProperty("index", bar.index());
    json.writeStringProperty("kind", bar.kind().text());
    json.writeBooleanProperty("prefetchable", bar.prefetchable());
    hex("address", bar.address(), 1);
    if (bar.size() != 0) {
      json.writeNumberProperty("size", bar.size());
    }
    json.writeEndObject();
  }

  private void capability(SeenFunction function, Capability found) {
    CapabilityKey key = found.key();
    boolean extended = key.space() == Space.EXTENDED;
    json.writeStartObject();
    hex("offset", found.offset(), extended ? 3 : 2);
    json.writeStringProperty("list", extended ? "extended" : "standard");
    hex("id", key.id(), extended ? 4 : 2);
    if (key.vendor() != 0) {
      hex("vendor", key.vendor(), 4);
      hex("vendorId", key.vendorId(), 4);
    }
    if (extended) {
      json.writeNumberProperty("version", found.version());
    }
    json.writeStringProperty("name", found.name());
    registers(function.config(), function.fields(found), found.offset());
    lines(function.origin(), function.fields(found), found.offset());
    List<Bar> bars = function.virtualBars(found);
    if (!bars.isEmpty()) {
      json.writeArrayPropertyStart("virtualBars");
      bars.forEach(this::bar);
      json.writeEndArray();
    }
    RequesterIds.of(function, found).ifPresent(this::requesterIds);
    json.writeEndObject();
  }

  private void requesterIds(RequesterIds ids) {
    json.writeObjectPropertyStart("requesterIds");
    json.writeNumberProperty("count", ids.count());
    ids.at(0).map(PciAddress::toString).ifPresent(at -> json.writeStringProperty("first", at));
    ids.last().map(PciAddress::toString).ifPresent(at -> json.writeStringProperty("last", at));
    json.writeNumberProperty("stride", ids.stride());
    ids.problem().ifPresent(problem -> json.writeStringProperty("problem", problem));
    json.writeEndObject();
  }

  private void registers(ConfigSpace config, List<Field> fields, int base) {
    json.writeObjectPropertyStart("registers");
    Register register = null;
    for (Field field : fields) {
      if (!field.register().equals(register)) {
        if (register != null) {
          json.writeEndObject();
        }
        register = field.register();
        json.writeObjectPropertyStart(register.name());
      }
      field(field, config.get(field, base));
    }
    if (register != null) {
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private void field(Field field, long value) {
    if (field.format().equals(Format.FLAG)) {
      json.writeBooleanProperty(field.name(), value != 0);
    } else if (field.format().equals(Format.DECIMAL)) {
      json.writeNumberProperty(field.name(), value);
    } else if (field.format() instanceof Format.Hex format) {
      json.writeStringProperty(field.name(), "0x" + format.text(value));
    } else {
      json.writeStringProperty(field.name(), field.format().text(value));
    }
  }

  private void hex(String name, long value, int digits) {
    json.writeStringProperty(name, "0x" + InspectNames.hex(value, digits));
  }
}
