import type { Schemas } from '@sightline/client'
import { useQuery } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { ChoiceField, TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { IconButton } from '../../components/icon-button.tsx'
import { Card, Empty } from '../../components/page.tsx'
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { ParentPlatform } from '../../lib/api/types.ts'
import { groupsQuery } from './queries.ts'

type Group = Schemas['ParentGroup']

/** The virtual tree the upper platform sees: areas, business groups and virtual organisations. */
export function Groups({ parent }: { parent: ParentPlatform }) {
  const { t } = useTranslation()
  const groups = useQuery(groupsQuery(parent.id))
  const mayWrite = useMay('parents.write')
  const [editing, setEditing] = useState<Group | 'new' | null>(null)
  const columns = useColumns(parent, mayWrite, setEditing)
  return (
    <Card
      className="flush"
      title={t('parents.tab.groups')}
      extra={
        <>
          <ShowApiCall call={api('listGroups', { path: { id: parent.id } })} compact />
          {mayWrite && (
            <Button icon={<Icon name="plus" size={16} />} onClick={() => setEditing('new')}>
              {t('parents.groupAdd')}
            </Button>
          )}
        </>
      }
    >
      {groups.isError ? (
        <ErrorPanel error={groups.error} what={t('parents.groupsFailed')} onRetry={() => void groups.refetch()} />
      ) : (
        <DataTable
          label={t('parents.tab.groups')}
          columns={columns}
          rows={groups.data}
          rowKey={({ gbId }) => gbId}
          empty={
            <Empty title={t('parents.noGroups')}>
              <p className="muted">{t('parents.noGroupsHow')}</p>
            </Empty>
          }
        />
      )}
      {editing !== null && (
        <EditGroup
          parent={parent}
          group={editing === 'new' ? null : editing}
          groups={groups.data ?? []}
          onClose={() => setEditing(null)}
        />
      )}
    </Card>
  )
}

function useColumns(
  parent: ParentPlatform,
  mayWrite: boolean,
  onEdit: (group: Group) => void,
): readonly Column<Group>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        key: 'name',
        title: t('streams.name'),
        track: 'minmax(160px, 2fr)',
        phone: 'title',
        render: ({ name }) => <strong className="ellipsis">{name}</strong>,
      },
      {
        key: 'gbId',
        title: t('parents.code'),
        track: 'minmax(170px, 1fr)',
        phone: 'meta',
        render: ({ gbId }) => <span className="tabular">{gbId}</span>,
      },
      {
        key: 'parent',
        title: t('parents.groupBelow'),
        track: 'minmax(170px, 1fr)',
        render: ({ parentGbId }) => <span className="tabular">{parentGbId ?? '–'}</span>,
      },
      {
        key: 'by',
        title: t('parents.by'),
        track: '150px',
        phone: 'meta',
        render: ({ directoryId }) => t(directoryId === null ? 'parents.byHand' : 'parents.byDirectory'),
      },
      ...(mayWrite
        ? [
            {
              key: 'actions',
              title: '',
              track: '96px',
              numeric: true,
              phone: 'side' as const,
              render: (group: Group) => (
                <span>
                  <IconButton icon="edit" label={t('parents.edit')} of={group.name} onClick={() => onEdit(group)} />
                  <RemoveGroup parent={parent} group={group} />
                </span>
              ),
            },
          ]
        : []),
    ],
    [t, parent, mayWrite, onEdit],
  )
}

function RemoveGroup({ parent, group: { gbId, name } }: { parent: ParentPlatform; group: Group }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const remove = useAction({ done: t('delete.done', { name }) })
  return (
    <IconButton
      icon="trash"
      label={t('delete.action')}
      of={name}
      disabled={remove.isPending}
      onClick={() =>
        remove.mutate(api('deleteGroup', { path: { id: parent.id, gbId } }), {
          onError: error => void message.error(error.message),
        })
      }
    />
  )
}

interface EditProps {
  readonly parent: ParentPlatform
  readonly group: Group | null
  readonly groups: readonly Group[]
  readonly onClose: () => void
}

const NOWHERE = ''

function EditGroup({ parent, group, groups, onClose }: EditProps) {
  const { t } = useTranslation()
  const [gbId, setGbId] = useState(group?.gbId ?? '')
  const [name, setName] = useState(group?.name ?? '')
  const [below, setBelow] = useState(group?.parentGbId ?? NOWHERE)
  const good = /^(\d{2}|\d{4}|\d{6}|\d{8}|\d{20})$/.test(gbId)
  return (
    <FormDialog
      title={group === null ? t('parents.groupAdd') : t('parents.editTitle', { name: group.name })}
      action={t('dialog.save')}
      done={t('parents.saved')}
      failed={t('parents.notSaved')}
      call={api('putGroup', {
        path: { id: parent.id, gbId },
        body: {
          name: name.trim(),
          parentGbId: below === NOWHERE ? null : below,
          directoryId: group?.directoryId ?? null,
        },
      })}
      ready={good && name.trim() !== ''}
      onClose={onClose}
    >
      {group === null && (
        <TextField
          label={t('parents.code')}
          hint={t('parents.groupCodeHow')}
          wrong={gbId === '' || good ? null : t('parents.groupCodeWrong', { n: gbId.length })}
          maxLength={20}
          value={gbId}
          onChange={text => setGbId(text.replace(/\D/g, ''))}
          autoFocus
        />
      )}
      <TextField label={t('streams.name')} value={name} maxLength={200} onChange={setName} />
      <ChoiceField
        label={t('parents.groupBelow')}
        value={below}
        options={[
          { value: NOWHERE, label: t('parents.groupTop') },
          ...groups
            .filter(each => each.gbId !== gbId)
            .map(each => ({ value: each.gbId, label: `${each.name} (${each.gbId})` })),
        ]}
        onChange={setBelow}
      />
    </FormDialog>
  )
}
