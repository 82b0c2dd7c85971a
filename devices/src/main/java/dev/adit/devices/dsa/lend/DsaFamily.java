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

/** Intel's Data Streaming Accelerator. */
public final class DsaFamily implements Family {
  /** What configurations call it. */
  public static final String NAME = "dsa";

  private static final int GROUPS = 4;
  private static final int MOST_ENTRIES = 32768;
  private static final int IMS_STEP = 256;

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

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return "Intel Data Streaming Accelerator";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(WQS, ENTRIES, ENGINES, IMS_ENTRIES, SHARED, LAYOUT);
  }

  @Override
  public List<Setting<?>> attributes() {
    return DsaAttributes.ALL;
  }

  @Override
  public List<Quantity> quantities() {
    return DsaFigures.QUANTITIES;
  }

  @Override
  public List<Figure.Parts> parts() {
    return List.of(DsaFigures.QUEUES);
  }

  @Override
  public Model read(String name, Section section, Function<String, Tree> documents) {
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
    DsaProfile profile =
        DsaProfile.physical().withSizes(wqs, entries, GROUPS, engines).withIms(imsEntries);
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
