package dev.adit.devices.sdi;

import dev.adit.devices.Family;
import dev.adit.devices.Figure;
import dev.adit.devices.Model;
import dev.adit.devices.Quantity;
import dev.adit.devices.Section;
import dev.adit.devices.Setting;
import dev.adit.devices.Tree;
import java.util.List;
import java.util.function.Function;

/** Generic functions with SIOV of PCIe 7.0. */
public final class SdiFamily implements Family {
  /** What configurations call it. */
  static final String NAME = "sdi";

  private static final Setting<Integer> SDIS =
      Setting.whole("sdis", 1, SdiFunction.MOST_SDIS, "Scalable Device Interfaces (default: 8).");
  private static final Setting<Integer> VECTORS =
      Setting.whole(
          "vectors", 1, SdiFunction.MOST_VECTORS, "Interrupts of each interface (default: 2).");

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return "generic function with SIOV of PCIe 7.0";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(SDIS, VECTORS);
  }

  @Override
  public List<Setting<?>> attributes() {
    return List.of();
  }

  @Override
  public List<Quantity> quantities() {
    return SdiFigures.ALL;
  }

  @Override
  public List<Figure.Parts> parts() {
    return List.of(SdiFigures.PARTS);
  }

  @Override
  public Model read(String name, Section section, Function<String, Tree> documents) {
    return new SdiModel(SDIS.in(section).orElse(8), VECTORS.in(section).orElse(2));
  }
}
