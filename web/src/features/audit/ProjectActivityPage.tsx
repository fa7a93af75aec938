import { useParams } from 'react-router';
import { AuditFilters } from '../../domain/audit/AuditFilters.tsx';
import { AuditTable } from '../../domain/audit/AuditTable.tsx';
import { ProjectFrame } from '../../domain/project/ProjectFrame.tsx';

/** Every change and refusal in one project. */
export function ProjectActivityPage() {
  const { project = '' } = useParams();
  return (
    <ProjectFrame
      project={project}
      section="activity"
      needs="audit.read"
      fill
      toolbar={<AuditFilters project={project} />}
    >
      <AuditTable key={project} project={project} />
    </ProjectFrame>
  );
}
