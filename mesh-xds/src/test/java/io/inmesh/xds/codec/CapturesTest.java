package io.inmesh.xds.codec;
import io.inmesh.xds.json.ProtoJson;
import io.inmesh.config.Resource;
import java.nio.file.*;
import java.util.*;
import org.junit.jupiter.api.Test;
class CapturesTest {
  @Test void all() throws Exception {
    var json = new ProtoJson();
    var decoder = new Decoder(Extensions.standard(), DecoderOptions.DEFAULT.withPassiveFilters(Set.of("envoy.filters.http.cors","envoy.filters.http.fault","envoy.filters.http.rbac","envoy.filters.http.jwt_authn","envoy.extensions.filters.http.fault.v3.HTTPFault","envoy.extensions.filters.http.cors.v3.CorsPolicy","envoy.extensions.filters.http.rbac.v3.RBAC")));
    var problems = new TreeMap<String,Integer>(); var unsupported = new TreeMap<String,Integer>(); int n=0;
    try (var files = Files.walk(Path.of("/work/shared/lab/captures"))) {
      for (Path f : files.filter(p->p.toString().endsWith(".json")).sorted().toList()) {
        Object o = ProtoJson.parse(Files.readString(f));
        for (Object r : Recorded.list(Recorded.map(o).getOrDefault("resources", List.of()))) {
          Object res = Recorded.map(r).containsKey("resource") ? Recorded.map(r).get("resource") : r;
          n++;
          try {
            Decoded d = decoder.decode(json.resource(res));
            if (d instanceof Decoded.Refused x) problems.merge(f.getParent().getFileName()+" "+x.name()+" "+x.message(),1,Integer::sum);
            else ((Decoded.Accepted)d).unsupported().forEach(u->unsupported.merge(((Decoded.Accepted)d).resource().type()+" "+u.replaceAll("\\[\\d+\\]","[]"),1,Integer::sum));
          } catch (IllegalArgumentException e) { problems.merge(f+" "+e.getMessage(),1,Integer::sum);}
        }
      }
    }
    System.out.println("N "+n);
    problems.forEach((k,v)->System.out.println("PROBLEM "+v+" "+k));
    unsupported.forEach((k,v)->System.out.println("UNSUP "+v+" "+k));
  }
}
