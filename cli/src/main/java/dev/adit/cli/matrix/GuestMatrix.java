package dev.adit.cli.matrix;

import dev.adit.cli.boot.GuestBoot;
import dev.adit.cli.boot.GuestFiles;
import dev.adit.cli.boot.GuestMachine;
import dev.adit.cli.boot.GuestMessage;
import dev.adit.cli.boot.GuestResult;
import dev.adit.cli.boot.GuestRun;
import dev.adit.cli.boot.GuestSetup;
import dev.adit.cli.boot.ImsCase;
import dev.adit.cli.boot.ImsOptions.Way;
import dev.adit.cli.boot.ImsReport;
import dev.adit.cli.boot.StopHook;
import dev.adit.cli.explain.CaptureCommand;
import dev.adit.cli.matrix.MatrixResult.Hop;
import dev.adit.cli.serve.ServedDsa;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.host.VmArguments;
import dev.adit.vfiouser.EventLoops;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs rows of the matrix in stock guests, one boot for each, the switch in all its positions. */
final class GuestMatrix {
  private static final int INTERRUPTS = 64;
  private static final int SECONDS = 1_800;
  private static final Pattern PATH =
      Pattern.compile("entry=(\\d+) address=0*([0-9a-f]+) data=0*([0-9a-f]+) chips=(\\S+)");

  private final GuestSetup setup;
  private final GuestFiles files;
  private final GuestFiles.Kernel kernel;
  private final List<MatrixResult> memory;
  private final Consumer<String> say;

  private GuestMatrix(
      GuestSetup setup,
      GuestFiles files,
      GuestFiles.Kernel kernel,
      List<MatrixResult> memory,
      Consumer<String> say) {
    this.setup = setup;
    this.files = files;
    this.kernel = kernel;
    this.memory = memory;
    this.say = say;
  }

  /**
   * {@return what came of all rows}
   *
   * @param memory what came of the machines in memory
   * @param say is told what happens
   */
  static List<GuestResult> run(List<MatrixResult> memory, Consumer<String> say)
      throws IOException, InterruptedException {
    GuestSetup setup = GuestSetup.find();
    GuestFiles files = GuestFiles.standard();
    GuestFiles.Kernel kernel = setup.ready(files, Optional.empty(), true);
    GuestMatrix matrix = new GuestMatrix(setup, files, kernel, memory, say);
    List<GuestResult> results = new ArrayList<>();
    for (GuestRow row : GuestRow.values()) {
      results.addAll(matrix.run(row));
    }
    return results;
  }

  private List<GuestResult> run(GuestRow row) throws IOException, InterruptedException {
    DsaProfile profile = DsaProfile.physical().withIms(0);
    GuestBoot boot = new GuestBoot(files, kernel, content(row), 1, SECONDS);
    try (GuestMachine guest = GuestMachine.make(line -> {});
        EventLoops loops = EventLoops.start(1, EventLoops.Idle.BLOCK);
        ServedDsa served =
            new ServedDsa(
                loops,
                guest.folder().resolve("dsa.sock"),
                profile,
                EnginePolicy.threads(),
                row.way());
        StopHook _ = new StopHook(List.of(guest))) {
      ImsReport report = new ImsReport(row.way(), served);
      VmArguments machine =
          VmArguments.of(served.path())
              .withAccelerator(VmArguments.Accelerator.TCG)
              .withPlugin(files.plugin())
              .withSizes(2, 512)
              .withViommu(row.way() == Way.viommu);
      GuestRun run = boot.run(guest, machine, new Watcher(row, report));
      List<String> wrong = new ArrayList<>(report.problems(run.passed()));
      if (!run.passed()) {
        wrong.add(run.failure().orElse("a step of the guest failed"));
      }
      return report.cases().stream().map(told -> result(row, told, wrong)).toList();
    }
  }

  private Map<String, byte[]> content(GuestRow row) throws IOException {
    Map<String, byte[]> content = new LinkedHashMap<>();
    content.put("init", utf8(setup.text("init")));
    content.put("adit/steps", utf8(setup.text("steps-ims")));
    content.put("adit/adit-capture.sh", utf8(CaptureCommand.script()));
    content.put(
        "adit/parameters",
        utf8(
            "role=cases ims='auto on off' accept=%d interrupts=%d slots=%d%n"
                .formatted(row.accepted() ? 1 : 0, INTERRUPTS, INTERRUPTS)));
    for (Path module : kernel.references()) {
      content.put("modules/" + module.getFileName(), Files.readAllBytes(module));
    }
    return content;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private final class Watcher implements GuestRun.Watcher {
    private final GuestRow row;
    private final ImsReport report;

    Watcher(GuestRow row, ImsReport report) {
      this.row = row;
      this.report = report;
    }

    @Override
    public void progress(String text) {
      say.accept("matrix: " + MatrixScenario.words(row) + ": " + text);
    }

    @Override
    public void fact(GuestMessage.Fact fact) {
      report.take(fact);
    }

    @Override
    public void file(GuestMessage.Content content) {
      if (!report.take(content)) {
        progress("the guest handed back " + content.name() + ", which nobody wants");
      }
    }
  }

  private GuestResult result(GuestRow row, ImsCase told, List<String> wrong) {
    Optional<MatrixResult> twin =
        row.twin()
            .flatMap(
                other ->
                    memory.stream()
                        .filter(each -> each.row() == other && each.ims() == told.ims())
                        .findFirst());
    return new GuestResult(row, told, hops(row, told), twin, wrong);
  }

  /** The way of an interrupt, as the driver saw it and as this row serves it. */
  private static List<Hop> hops(GuestRow row, ImsCase told) {
    Matcher path = PATH.matcher(told.path());
    if (!path.find()) {
      return List.of();
    }
    boolean ims = "ims".equals(told.stats().get("mode"));
    boolean call = told.count("calls") > 0;
    String message = "0x%s/0x%s".formatted(path.group(2), path.group(3));
    List<Hop> hops = new ArrayList<>();
    hops.add(new Hop("device", "DSA work queue completes a work item"));
    String store = ims ? "IMS in device memory" : "MSI-X";
    hops.add(new Hop("store", store + ", entry " + path.group(1)));
    if (call) {
      hops.add(new Hop("guest", "stored " + message + " itself, as the hypercall returned it"));
    } else {
      hops.add(new Hop("guest", "stored " + message + ", which means something to the guest only"));
      hops.add(new Hop("hypervisor", hypervisor(row, ims)));
    }
    hops.add(new Hop("remapper", remapper(row, ims)));
    hops.add(new Hop("processor", "of the guest, by " + path.group(4).replace(",", " over ")));
    return hops;
  }

  private static String hypervisor(GuestRow row, boolean ims) {
    if (!ims) {
      return "QEMU trapped the table; an eventfd stands for the vector";
    }
    return row.way() == Way.viommu
        ? "takes the message as a write of the device to the guest's bus"
        : "trapped the store; keeps a pair of its own in the device's";
  }

  private static String remapper(GuestRow row, boolean ims) {
    if (!ims) {
      return "none on the way to an eventfd";
    }
    return row.way() == Way.viommu
        ? "the guest's own, which QEMU emulates; requester ID checked"
        : "the host's; requester ID checked";
  }
}
