package dev.adit.devices.dsa.lend;

import dev.adit.devices.Family;
import dev.adit.devices.Figure;
import dev.adit.devices.Model;
import dev.adit.devices.Quantity;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Section;
import dev.adit.devices.Setting;
import dev.adit.devices.Tree;
import dev.adit.devices.dsa.DsaFigures;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.EnginePolicy;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A family of accelerators with the registers, queues and engines of DSA. */
public abstract class AcceleratorFamily implements Family {
  private static final int GROUPS = 4;
  private static final int MOST_ENTRIES = 32768;
  private static final int IMS_STEP = 256;

  /** All attributes that virtual devices of this kind can have. */
  protected static final List<Setting<?>> ATTRIBUTES = DsaAttributes.ALL;

  private static final Setting<Integer> WQS =
      Setting.whole("wqs", 1, 31, "Work queues (default: 8).");
  private static final Setting<Integer> ENTRIES =
      Setting.whole("entries", 1, MOST_ENTRIES, "Entries of all queues together (default: 128).");
  private static final Setting<Integer> ENGINES =
      Setting.whole("engines", 1, 16, "Engines, each a thread (default: 4).");
  private static final Setting<Integer> IMS_ENTRIES =
      Setting.whole("ims-entries", 0, 1792, "Entries of the message store (default: 256).");
  private static final Setting<Integer> SHARED =
      Setting.whole("shared", 0, 31, "How many queues, the last ones, are shared (default: 0).");
  private static final Setting<Tree> LAYOUT =
      Setting.part(
          "layout",
          "a file, or what accel-config's save-config writes",
          "Groups, queues and engines; instead of 'shared'.");

  private final DsaProfile usual;
  private final String title;
  private final List<Setting<?>> attributes;

  /**
   * @param usual a function as it is when nothing is configured
   * @param attributes of virtual devices; some of {@link #ATTRIBUTES}
   */
  protected AcceleratorFamily(DsaProfile usual, String title, List<Setting<?>> attributes) {
    this.usual = usual;
    this.title = title;
    this.attributes = List.copyOf(attributes);
  }

  @Override
  public final String name() {
    return usual.architecture().family();
  }

  @Override
  public final String title() {
    return title;
  }

  @Override
  public final List<Setting<?>> settings() {
    return List.of(WQS, ENTRIES, ENGINES, IMS_ENTRIES, SHARED, LAYOUT);
  }

  @Override
  public final List<Setting<?>> attributes() {
    return attributes;
  }

  @Override
  public final List<Quantity> quantities() {
    return DsaFigures.QUANTITIES;
  }

  @Override
  public final List<Figure.Parts> parts() {
    return List.of(DsaFigures.QUEUES);
  }

  @Override
  public final Model read(String name, Section section, Function<String, Tree> documents) {
    int wqs = WQS.in(section).orElse(8);
    int entries = section.number("entries", wqs, MOST_ENTRIES, 128);
    int engines = ENGINES.in(section).orElse(4);
    int imsEntries = IMS_ENTRIES.in(section).orElse(IMS_STEP);
    if (imsEntries % IMS_STEP != 0) {
      throw section.wrong("ims-entries", "must be a multiple of 256");
    }
    if (section.has("layout") && section.has("shared")) {
      throw section.wrong("shared", "a layout says already which queues are shared");
    }
    Optional<QueueLayout> layout =
        LAYOUT.in(section).map(tree -> QueueLayout.read(document(tree, documents), name));
    try {
      layout.ifPresent(each -> each.check(wqs, entries, GROUPS, engines));
    } catch (RefusedException e) {
      throw section.wrong("layout", e.sentence());
    }
    int shared = section.number("shared", 0, wqs, 0);
    DsaProfile profile = usual.withSizes(wqs, entries, GROUPS, engines).withIms(imsEntries);
    return layout
        .map(
            each ->
                new DsaModel(profile, EnginePolicy.threads(), each.engines(), each.queuePlans()))
        .orElseGet(() -> DsaModel.even(profile, shared));
  }

  /** A layout stands here, or in a file of its own. */
  private static Tree document(Tree tree, Function<String, Tree> documents) {
    return tree instanceof Tree.Leaf(_, String file) ? documents.apply(file) : tree;
  }
}
