package dev.adit.host.control;

import dev.adit.devices.Refusal.Reason;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Section;
import dev.adit.devices.Tree;
import dev.adit.host.control.Event.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * What can be asked for over the control socket. Each verb reads its arguments, refuses what it
 * does not know, and returns plain values.
 */
final class Verbs {
  /** The schema of a suspended device. */
  static final String SUSPENDED = "adit.vdev-state/1";

  private final Composer composer;
  private final Devices devices;
  private final EventLog events;
  private final Map<String, Verb> verbs = new TreeMap<>();

  /** Carries out a request. */
  private interface Verb {
    Map<String, Object> run(Section arguments);
  }

  Verbs(Composer composer, Devices devices, EventLog events) {
    this.composer = composer;
    this.devices = devices;
    this.events = events;
    verbs.put("status", this::status);
    verbs.put("function.list", this::functions);
    verbs.put("function.layout", this::layout);
    verbs.put("vdev.types", this::types);
    verbs.put("vdev.define", this::define);
    verbs.put("vdev.undefine", this::undefine);
    verbs.put("vdev.modify", this::modify);
    verbs.put("vdev.start", this::start);
    verbs.put("vdev.stop", this::stop);
    verbs.put("vdev.list", this::list);
    verbs.put("vdev.show", this::show);
    verbs.put("vdev.reset", this::reset);
    verbs.put("vdev.revoke", this::revoke);
    verbs.put("vdev.suspend", this::suspend);
    verbs.put("vdev.resume", this::resume);
    verbs.put("vdev.events", this::events);
  }

  /**
   * {@return the answer to a request}
   *
   * @throws RefusedException if it is refused
   */
  Map<String, Object> run(String name, Section arguments) {
    Verb verb = verbs.get(name);
    if (verb == null) {
      throw new RefusedException(
          Reason.BAD_REQUEST,
          "the server does not know '"
              + name
              + "'; it knows: "
              + String.join(", ", verbs.keySet()));
    }
    return verb.run(arguments);
  }

  private static boolean dryRun(Section arguments) {
    boolean dry = arguments.flag("dry-run", false);
    arguments.end();
    return dry;
  }

  private static String device(Section arguments) {
    return arguments.requiredText("device", "vdsa1");
  }

  private static DeviceDefinition definition(Section arguments) {
    Tree tree =
        arguments.tree("definition").orElseThrow(() -> arguments.wrong("definition", "is missing"));
    return DeviceDefinition.read(tree);
  }

  private Map<String, Object> status(Section arguments) {
    arguments.end();
    Map<String, Object> plain = functionsPlain();
    plain.put("schema", "adit.status/1");
    plain.putAll(devicesPlain(devices.all()));
    plain.put("faults", composer.faults());
    plain.put("events", events.last());
    return plain;
  }

  private Map<String, Object> functions(Section arguments) {
    arguments.end();
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("schema", "adit.functions/1");
    plain.putAll(functionsPlain());
    return plain;
  }

  private Map<String, Object> functionsPlain() {
    Map<String, Object> byName = new LinkedHashMap<>();
    composer.functions().forEach(each -> byName.put(each.name(), Reports.function(each)));
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("function", byName);
    return plain;
  }

  private Map<String, Object> layout(Section arguments) {
    String function = arguments.requiredText("function", "dsa0");
    arguments.end();
    knownFunction(function);
    return Map.of("layout", composer.layout(function));
  }

  private void knownFunction(String name) {
    Set<String> functions = composer.offers().keySet();
    if (!functions.contains(name)) {
      throw Devices.noFunction(name, functions);
    }
  }

  private Map<String, Object> types(Section arguments) {
    Optional<String> function = arguments.text("function");
    arguments.end();
    function.ifPresent(this::knownFunction);
    Map<String, Object> byName = new LinkedHashMap<>();
    for (FunctionStatus each : composer.functions()) {
      if (function.isEmpty() || function.get().equals(each.name())) {
        byName.put(each.name(), Reports.types(each));
      }
    }
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("schema", "adit.vdev-types/1");
    plain.put("types", byName);
    return plain;
  }

  private Map<String, Object> define(Section arguments) {
    DeviceDefinition definition = definition(arguments);
    return Reports.device(devices, devices.define(definition, dryRun(arguments)));
  }

  private Map<String, Object> undefine(Section arguments) {
    String device = device(arguments);
    devices.undefine(device, dryRun(arguments));
    return Map.of();
  }

  /** Either a whole new definition, or single changes of the one there is. */
  private Map<String, Object> modify(Section arguments) {
    String device = device(arguments);
    DeviceDefinition to;
    if (arguments.has("definition")) {
      to = definition(arguments);
    } else {
      Map<String, Object> plain = devices.find(device).definition().plain();
      arguments.text("start").ifPresent(start -> plain.put("start", start));
      plain.put("attrs", attributes(arguments, devices.find(device).definition()));
      to = DeviceDefinition.read(Json.read("the new definition", Json.line(plain)));
    }
    return Reports.device(devices, devices.modify(device, to, dryRun(arguments)));
  }

  private static List<Object> attributes(Section arguments, DeviceDefinition old) {
    Map<String, String> attributes = new LinkedHashMap<>(old.attributes().plain());
    for (Tree tree : arguments.items("unset")) {
      if (!(tree instanceof Tree.Leaf(_, String name)) || attributes.remove(name) == null) {
        throw RefusedException.at(tree.place(), "'" + old.label() + "' has no such attribute");
      }
    }
    Optional<Tree> set = arguments.tree("set");
    if (set.isPresent()) {
      Section section = Section.of(set.get(), "'set'");
      for (String name : ((Tree.Fields) set.get()).values().keySet()) {
        attributes.put(name, section.requiredText(name, "text"));
      }
    }
    List<Object> list = new ArrayList<>();
    attributes.forEach((name, value) -> list.add(Map.of(name, value)));
    return list;
  }

  private Map<String, Object> start(Section arguments) {
    if (arguments.has("definition")) {
      DeviceDefinition definition = definition(arguments);
      if (dryRun(arguments)) {
        devices.checkStart(definition);
        return definition.plain();
      }
      return Reports.device(devices, devices.start(definition));
    }
    String device = device(arguments);
    if (dryRun(arguments)) {
      Devices.Known known = devices.find(device);
      devices.checkStart(known.definition());
      return Reports.device(devices, known);
    }
    return Reports.device(devices, devices.start(device));
  }

  private Map<String, Object> stop(Section arguments) {
    String device = device(arguments);
    boolean force = arguments.flag("force", false);
    devices.stop(device, force, dryRun(arguments));
    return Map.of();
  }

  private Map<String, Object> list(Section arguments) {
    Optional<String> function = arguments.text("function");
    boolean onlyDefined = arguments.flag("defined", false);
    boolean onlyActive = arguments.flag("active", false);
    arguments.end();
    List<Devices.Known> found =
        devices.all().stream()
            .filter(each -> function.isEmpty() || function.get().equals(each.definition().parent()))
            .filter(each -> !onlyDefined || each.defined())
            .filter(each -> !onlyActive || each.active().isPresent())
            .toList();
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("schema", "adit.vdevs/1");
    plain.putAll(devicesPlain(found));
    return plain;
  }

  private Map<String, Object> devicesPlain(List<Devices.Known> found) {
    Map<String, Object> byLabel = new LinkedHashMap<>();
    found.forEach(each -> byLabel.put(each.definition().label(), Reports.device(devices, each)));
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("vdev", byLabel);
    return plain;
  }

  private Map<String, Object> show(Section arguments) {
    String device = device(arguments);
    arguments.end();
    return Reports.device(devices, devices.find(device));
  }

  private Map<String, Object> reset(Section arguments) {
    act(arguments, Kind.RESET, "reset from outside", (known, active) -> active.reset());
    return Map.of();
  }

  private Map<String, Object> revoke(Section arguments) {
    String text = "its interrupt handles were taken back";
    act(arguments, Kind.REVOKED, text, (known, active) -> active.revoke());
    return Map.of();
  }

  private Map<String, Object> suspend(Section arguments) {
    Map<String, Object> plain = new LinkedHashMap<>();
    act(
        arguments,
        Kind.SUSPENDED,
        "drained and held",
        (known, active) -> {
          plain.put("schema", SUSPENDED);
          plain.put("definition", known.running().orElse(known.definition()).plain());
          plain.put("device", active.suspend());
        });
    return plain;
  }

  /** Without a state, the device goes on where it is; with one, it is started with that state. */
  private Map<String, Object> resume(Section arguments) {
    Optional<Tree> saved = arguments.tree("saved");
    if (saved.isPresent()) {
      return resume(saved.get(), dryRun(arguments));
    }
    String device = act(arguments, Kind.RESUMED, "goes on", (known, active) -> active.resume());
    return Reports.device(devices, devices.find(device));
  }

  /** {@return the device to which something was done, or found out to be possible} */
  private String act(
      Section arguments, Kind kind, String text, BiConsumer<Devices.Known, ActiveDevice> step) {
    String device = device(arguments);
    devices.act(device, kind, text, dryRun(arguments), step);
    return device;
  }

  private Map<String, Object> resume(Tree saved, boolean dryRun) {
    Section section = Section.of(saved, "a suspended device");
    if (!section.requiredText("schema", SUSPENDED).equals(SUSPENDED)) {
      throw section.wrong("schema", "only " + SUSPENDED + " is known");
    }
    DeviceDefinition definition = definition(section);
    Tree state = section.tree("device").orElseThrow(() -> section.wrong("device", "is missing"));
    section.end();
    return Reports.device(devices, devices.resume(definition, state, dryRun));
  }

  private Map<String, Object> events(Section arguments) {
    long since = arguments.number("since", 0, Long.MAX_VALUE).orElse(0);
    Optional<String> device = arguments.text("device");
    arguments.end();
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("schema", "adit.events/1");
    plain.put("events", events.since(since, device).stream().map(Event::plain).toList());
    return plain;
  }
}
